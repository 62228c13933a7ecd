"""The interface in a browser: the page it lies in, and the program behind each open page."""
