"""Heat conduction by finite elements: problems, meshes, engines and their errors."""
