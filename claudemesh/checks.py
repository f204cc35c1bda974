"""System checks that refuse a dangerous start. Registers them; `serve` runs them."""
