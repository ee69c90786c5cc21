"""A photograph as a camera leaves it: `photograph.py OUT LATITUDE LONGITUDE TAKEN_AT`. The ending of OUT says which kind."""

import sys
from fractions import Fraction

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational


def parts(degrees: float) -> tuple[IFDRational, ...]:
    """Degrees, minutes and hundredths of a second, as cameras write them."""
    seconds = Fraction(abs(degrees)) * 3600
    whole, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return IFDRational(int(whole)), IFDRational(int(minutes)), IFDRational(round(seconds * 100), 100)


def main() -> None:
    out, latitude, longitude, taken_at = sys.argv[1:]
    latitude, longitude = float(latitude), float(longitude)
    image = Image.new("RGB", (64, 48), (90, 130, 170))
    exif = image.getexif()
    exif[Base.Make] = "Test"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken_at
    exif.get_ifd(IFD.GPSInfo).update({
        GPS.GPSLatitudeRef: "S" if latitude < 0 else "N",
        GPS.GPSLatitude: parts(latitude),
        GPS.GPSLongitudeRef: "W" if longitude < 0 else "E",
        GPS.GPSLongitude: parts(longitude),
    })  # fmt: skip
    image.save(out, exif=exif)


main()
