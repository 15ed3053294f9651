"""What is served: each file one noun. Every route is there twice, under `/api` and without."""
