"""What training needs of its pictures, computed once and kept beside them."""
