"""Makes the sample people: pictures of the openpeople package, resized, and their index.

Notable here: nobody in these pictures exists. openpeople (Prompt Haus, MIT licence) is a set of
synthetic people made for testing; the notice is kept in `NOTICE.md`. `PEOPLE` is the one list to
edit; the index `people.json` and the pictures in `people/` are made from it:

    pip download --no-deps openpeople==0.1.2 && unzip openpeople-0.1.2-py3-none-any.whl -d unpacked
    python assets/make_people.py unpacked/openpeople
"""

import argparse
import json
from pathlib import Path

from PIL import Image

ASSETS = Path(__file__).parent
HEIGHT_PX = 1024
JPEG_QUALITY = 90

# identifier, picture of openpeople, framing, English name, Chinese name, what it tries out
PEOPLE = (
    ("p001-park", "amateur_posture", "full", "Park, denim jacket", "公园·牛仔外套",
     "open jacket over a white tee, hands in pockets, turned a little"),
    ("p003-path", "amateur_posture", "full", "Park path, white tee", "林荫路·白T恤",
     "arms at the sides, tee and shorts, dappled light"),
    ("p009-patio", "amateur_posture", "full", "Patio, long hair", "庭院·长发",
     "long dark hair over the shoulders, tucked tee, bare legs"),
    ("p005-garden", "amateur_posture", "full", "Garden, grey tee", "花园·灰T恤",
     "broad build, beard, arms at the sides, jeans"),
    ("p007-park", "amateur_posture", "full", "Park, dark tee", "公园·深色T恤",
     "thumb in pocket, weight on one leg, smaller in the picture"),
    ("p006-garden", "amateur_posture", "full", "Garden, jeans", "花园·牛仔裤",
     "arms at the sides, tee and jeans, low light"),
    ("p004-park", "amateur_posture", "full", "Park, phone in hand", "公园·手持手机",
     "turned to the side, a forearm and a phone across the waist"),
    ("p008-park", "amateur_posture", "full", "Park, hands in pockets", "公园·手插口袋",
     "long fair hair, both hands in the pockets"),
    ("p010-field", "amateur_posture", "full", "Field, navy tee", "草地·藏青T恤",
     "small in the picture, tucked tee, arms at the sides"),
    ("p002-road", "amateur_posture", "full", "Park road, white shorts", "公园小路·白短裤",
     "white on white: tee and shorts, bare legs and feet"),
    ("p001-studio", "studio_posture", "full", "Studio, short hair", "影棚·短发",
     "plain background, bare legs and feet"),
    ("p005-studio", "studio_posture", "full", "Studio, beard", "影棚·胡须",
     "plain background, broad build, shorts to the knee"),
    ("p007-studio", "studio_posture", "full", "Studio, curly hair", "影棚·卷发",
     "plain background, long shorts"),
    ("p009-studio", "studio_posture", "full", "Studio, dark skin", "影棚·深肤色",
     "plain background, long hair behind the shoulders"),
    ("p006-selfie", "amateur_selfie", "selfie", "Selfie on a bench", "长椅自拍",
     "head to waist, arms cut off by the border"),
    ("p009-selfie", "amateur_selfie", "selfie", "Selfie on a sofa", "沙发自拍",
     "long hair, one forearm raised, arm reaching for the camera"),
    ("p008-selfie", "amateur_selfie", "selfie", "Selfie at home", "居家自拍",
     "sitting, arms away from the body, hair over the collar"),
    ("p007-selfie", "amateur_selfie", "selfie", "Selfie in a café", "咖啡馆自拍",
     "denim jacket, a sleeve close to the camera, a cup in front"),
)  # fmt: skip


def main() -> None:
    """Write people/*.jpg and people.json from an unpacked openpeople package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="folder openpeople/ of the unpacked wheel")
    source = parser.parse_args().package / "data" / "curated"
    (ASSETS / "people").mkdir(exist_ok=True)

    index = []
    for identifier, picture, framing, english, chinese, notes in PEOPLE:
        person = identifier[:4].upper()
        photo = Image.open(source / person / "assets" / f"{picture}.jpg").convert("RGB")
        width = round(photo.width * HEIGHT_PX / photo.height)
        file = f"people/{identifier}.jpg"
        photo.resize((width, HEIGHT_PX), Image.Resampling.LANCZOS).save(
            ASSETS / file, quality=JPEG_QUALITY, optimize=True, progressive=True
        )
        index.append(
            {
                "id": identifier,
                "file": file,
                "name": {"en": english, "zh": chinese},
                "framing": framing,
                "notes": notes,
                "source": f"openpeople 0.1.2, {person}/{picture}",
                "licence": "MIT",
            }
        )
    text = json.dumps(index, indent=1, ensure_ascii=False)
    (ASSETS / "people.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
