"""What files with a structure of their own can hold, a module for each: a text and a reason for every setting."""
