"""Say what this machine has and lacks: decoders, cameras, ports, database, terminal."""
