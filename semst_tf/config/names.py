"""Lists of names as configurations write them."""


class Names:
    """Type of fields that are one name or several.

    A value is text with commas between the names, which fits JSON and the
    command line.
    """

    words = "names with commas between"

    @staticmethod
    def read(value):
        """Returns names in the one way they are stored.

        Args:
            value: Text such as `"pixels"` or `"net/stride_8,net/stride_16"`,
                or a list or tuple of names.

        Returns:
            Text without spaces; `None` if the value is not such.
        """
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, (list, tuple)):
            return None
        if not all(isinstance(name, str) and name.strip() for name in value):
            return None
        return ",".join(name.strip() for name in value)

    @staticmethod
    def split(value):
        """Returns stored names as a tuple of str."""
        return tuple(value.split(","))
