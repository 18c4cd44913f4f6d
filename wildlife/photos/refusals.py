"""Why a photo is not taken."""


class PhotoRefused(Exception):
    """This file is not taken. Its text is a sentence for the person who uploaded it.

    `code` is one of "empty", "too_large", "not_an_image", "too_many_pixels", "cut_short",
    "damaged"; "too_many" where the same file may be taken `wait` seconds later, and "quota" where
    there is no room left for it.
    """

    def __init__(self, sentence: str, code: str, wait: int = 0) -> None:
        self.code = code
        self.wait = wait
        super().__init__(sentence)
