"""What an organism's data say of a device: which one covers it, what it pays, what it asks for."""
