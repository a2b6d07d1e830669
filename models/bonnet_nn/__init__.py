"""Training side of Bonnet: networks whose forward pass is the integer arithmetic of docs/operators.md."""
