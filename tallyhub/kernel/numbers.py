"""Numbers that people read out: a serial and a check digit."""


def number_of(serial: int) -> str:
    """The number people read out: the serial and a check digit (Luhn), so that a slip of one digit names no other."""
    return f"{serial}{_check_digit(str(serial))}"


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 1 < len(text) < 19 and number_of(int(text[:-1])) == text


def serial_of(number: str) -> int:
    """The serial that the number was made of."""
    return int(number[:-1])


def _check_digit(digits: str) -> int:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return -sum(one - 9 if one > 9 else one for one in doubled) % 10
