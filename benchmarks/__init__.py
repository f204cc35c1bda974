"""Load on a broker over the wire, and what came of it. Judges nothing: figures with conditions."""
