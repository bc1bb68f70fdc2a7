"""What is wrong with an expression, and where."""


class ExpressionError(ValueError):
    """An expression outside the language, or one that adds metres to kelvin."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column
        """Of the offending part, counted from 1."""
