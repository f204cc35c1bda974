"""The commands, one noun a file; `claudemesh_cli.main` names them and loads them when called."""
