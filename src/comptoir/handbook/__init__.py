"""What is shipped beside the program and never typed by hand: man pages in French, completions of four shells."""
