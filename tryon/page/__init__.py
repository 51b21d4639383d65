"""The Gradio page: the fitting room, the prompt lab, the endpoints."""
