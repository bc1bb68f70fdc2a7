"""Other engines: programs of others that solve the same problem on the same mesh, each in a process of its own."""
