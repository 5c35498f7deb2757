"""What is handed out on paper: templates, and the words in each language."""
