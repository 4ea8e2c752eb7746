"""Values and rules that belong to no feature; standard library only."""
