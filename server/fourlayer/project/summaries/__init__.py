"""What functions of the workspace do, summed up: answers that hold over calls and across files."""
