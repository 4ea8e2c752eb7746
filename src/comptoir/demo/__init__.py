"""Play a first buyback in a scratch database, each command shown."""
