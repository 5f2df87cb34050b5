"""An activation function, element by element."""
