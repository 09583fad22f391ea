"""What a person does on each host, in order: typed steps, and the scripts and pages that are made of them."""
