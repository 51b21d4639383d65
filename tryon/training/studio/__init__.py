"""The fitting studio: posed bodies in made-up garments -> exact training pairs."""
