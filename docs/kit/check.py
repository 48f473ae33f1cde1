"""See whether the kit is whole and installed: python check.py.

Whatever is wrong is told in one line, in Korean and in English.
"""

import os
import sys
from pathlib import Path

KIT = Path(__file__).resolve().parent
COUNTS = (5_000, 1_000)


def stop(korean: str, english: str) -> None:
    """End with both lines."""
    sys.exit(f"{korean}\n{english}")


def main() -> None:
    """Import what step 1 installs, read the images, and train a little."""
    os.environ["BADAK_DATA"] = str(KIT / "data")
    try:
        import anywidget  # noqa: F401
        import fastapi  # noqa: F401
        import jupyterlab  # noqa: F401

        import badak
    except ImportError as fault:
        stop(
            f"{fault.name}이(가) 설치되어 있지 않다: README.ko.txt의 1단계를 다시 실행한다.",
            f"{fault.name} is not installed: repeat step 1 of README.en.txt.",
        )
    for language in ("ko", "en"):
        chapters = list((KIT / "notebooks" / language).glob("*.ipynb"))
        if not chapters or not (KIT / "pages" / language / "index.html").is_file():
            stop(
                f"notebooks/{language} 또는 pages/{language}가 비어 있다: 키트를 다시 복사한다.",
                f"notebooks/{language} or pages/{language} is empty: copy the kit again.",
            )
    try:
        train, test = badak.data.load("mnist")
    except badak.BadakError as fault:
        stop(f"data를 읽을 수 없다: 키트를 다시 복사한다. ({fault})", "data: copy the kit again.")
    if (len(train), len(test)) != COUNTS:
        stop("data가 이 키트의 것이 아니다.", f"data holds {len(train)} + {len(test)} images.")
    net = badak.models.SimpleConvNet(seed=0)
    trainer = badak.Trainer(net, badak.optim.Adam(1e-3), epochs=2, progress=False, seed=0)
    trainer.fit(train)
    accuracy = net.evaluate(test).accuracy
    if accuracy < 0.8:
        stop(f"학습 결과가 이상하다: {accuracy}", f"the training went wrong: accuracy {accuracy}")
    print(f"키트가 제대로 설치되었다. 시험 이미지 1,000장의 정확도: {accuracy:.3f}")
    print(f"The kit works. Accuracy on its 1,000 test images: {accuracy:.3f}")


if __name__ == "__main__":
    main()
