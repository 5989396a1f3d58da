"""``python -m nncompare`` is the command ``nncompare``, for where that is not on the path."""

from nncompare.cli import main

if __name__ == "__main__":
    main()
