"""A small game for many players: everyone who opens the page has a disc; a star is for who comes first. Arrow keys, or the buttons."""

from __future__ import annotations

import itertools
import random

import objectsync
from objectsync import Element, Emission
from objectsync.controls import Button, Column, Label, Row
from objectsync.dom import circle, g, h1, svg, text_

SIZE, STEP = 10, 40
MOVES = {"ArrowLeft": (-1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1), "ArrowRight": (1, 0)}
COLOURS = ("royalblue", "crimson", "seagreen", "darkorange", "purple", "teal")


class Game:
    """The board, and who is on it."""

    def __init__(self, server: objectsync.Server, seed: int | None = None) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.players: dict[str, Player] = {}
        side = SIZE * STEP
        board = {"outline-offset": "3px", "background": "color-mix(in srgb, currentColor 8%, transparent)", "border-radius": "0.5rem"}
        with server.as_current(), Column(gap="0.75rem", style={"max-width": f"{side}px", "margin": "0 auto"}) as self.page:
            h1("Star catchers", style={"margin": "0"})
            self.score = Label()
            self.board = svg(
                viewBox=f"0 0 {side} {side}", style={"width": "100%", **board}, tabindex=0, role="application", aria_label="board"
            )
            self.board.on("keydown", lambda event: self.move(event, event["key"]), keys=list(MOVES), fields=["key"], prevent_default=True)
            self.star = text_("★", parent=self.board, attrs={"font-size": 30, "fill": "goldenrod", "text-anchor": "middle"})
            self.star_at = self.put_star()
            with Row(justify="center"):
                for key, sign in zip(MOVES, "←↑↓→", strict=True):
                    Button(sign, lambda event, key=key: self.move(event, key))
        self.say_score()
        server.clear_history()
        server.on_client_disconnect.add(self.leave)

    def put_star(self) -> tuple[int, int]:
        """Somewhere else."""
        x, y = self.chance.randrange(SIZE), self.chance.randrange(SIZE)
        self.star.attrs.update({"x": x * STEP + STEP / 2, "y": y * STEP + STEP * 0.75})
        return x, y

    def move(self, event: Emission, key: str) -> None:
        """One step of whoever pressed the key; the first one makes them a player."""
        with self.server.record():
            player = self.players.get(str(event.session)) or self.join(str(event.session))
            player.step(*MOVES[key])
            if player.at == self.star_at:
                player.stars += 1
                self.star_at = self.put_star()
            self.say_score()
        self.server.clear_history()  # Ctrl+Z takes back no move

    def say_score(self) -> None:
        """Who has how many."""
        stars = " · ".join(f"Player {each.number}: {each.stars} ★" for each in self.players.values())
        self.score.text.set(stars or "Click the board, and use the arrow keys.")

    def join(self, session: str) -> Player:
        """A new player, in a colour of their own."""
        taken = {each.number for each in self.players.values()}
        self.players[session] = Player(self.board, next(number for number in itertools.count(1) if number not in taken))
        return self.players[session]

    def leave(self, session: str) -> None:
        """Whoever goes, goes from the board."""
        player = self.players.pop(session, None)
        if player is not None:
            with self.server.record():
                player.disc.remove()
                self.say_score()
            self.server.clear_history()


class Player:
    """One disc."""

    def __init__(self, board: Element, number: int) -> None:
        self.number, self.stars, self.at = number, 0, (SIZE // 2, SIZE // 2)
        colour = COLOURS[(number - 1) % len(COLOURS)]
        with g(parent=board) as self.disc:
            circle(cx=STEP / 2, cy=STEP / 2, r=STEP * 0.4, fill=colour)
            text_(str(number), attrs={"x": STEP / 2, "y": STEP * 0.65, "font-size": 18, "fill": "white", "text-anchor": "middle"})
        self.step(0, 0)

    def step(self, dx: int, dy: int) -> None:
        """Within the board."""
        self.at = (min(max(self.at[0] + dx, 0), SIZE - 1), min(max(self.at[1] + dy, 0), SIZE - 1))
        self.disc.attrs["transform"] = f"translate({self.at[0] * STEP} {self.at[1] * STEP})"


def build(server: objectsync.Server) -> Element:
    """The game, in any server."""
    return Game(server, seed=5).page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Star catchers")
    Game(server)
    server.run()
