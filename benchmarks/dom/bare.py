"""`python -m benchmarks.dom.bare PORT`: the same page written by hand, for one person: a websocket, and a script that knows this page only.

It is the least that such a page can cost: no synchronisation, no second view, no undo, no check of what comes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from .table_state import FLOOD, OPERATIONS, Row, new_rows

PAGE = """<!doctype html><meta charset="utf-8"><title>bare</title>
<div>BUTTONS</div><output class="counter">0</output><output class="flooded"></output><table><tbody></tbody></table>
<script>
const body = document.querySelector('tbody')
const socket = new WebSocket(`ws://${location.host}/socket`)
socket.onopen = () => document.body.classList.add('live')
document.querySelectorAll('button').forEach((button) => { button.onclick = () => socket.send(button.textContent) })
function append(rows) {
  const fragment = document.createDocumentFragment()
  for (const cells of rows) {
    const row = document.createElement('tr')
    for (const text of cells) {
      const cell = document.createElement('td')
      cell.textContent = text
      row.append(cell)
    }
    fragment.append(row)
  }
  body.append(fragment)
}
const acts = {
  rows: ({rows, clear}) => { if (clear) body.replaceChildren(); append(rows) },
  update: ({labels}) => { for (const [index, text] of labels) body.children[index].children[1].textContent = text },
  swap: ({a, b}) => {
    const first = body.children[a], second = body.children[b], after = second.nextSibling
    body.insertBefore(second, first.nextSibling)
    body.insertBefore(first, after)
  },
  select: ({old, chosen}) => {
    if (old !== null) body.children[old].className = ''
    body.children[chosen].className = 'danger'
  },
  remove: ({index}) => body.children[index].remove(),
  clear: () => body.replaceChildren(),
  count: ({count}) => { document.querySelector('.counter').textContent = count },
  flood: ({text}) => { document.querySelector('.flooded').textContent = text },
}
socket.onmessage = ({data}) => { const message = JSON.parse(data); acts[message.act](message) }
</script>""".replace("BUTTONS", "".join(f'<button class="op-{name}">{name}</button>' for name in OPERATIONS))


class Page:
    """The rows of one page."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.rows: list[Row] = []
        self.chosen: int | None = None
        self.counted = 0

    async def tell(self, act: str, **what: object) -> None:
        await self.socket.send(json.dumps({"act": act, **what}))

    async def run(self) -> None:
        async for name in self.socket:
            await getattr(self, f"do_{name!s}")()

    async def do_create10(self) -> None:
        await self.create(10)

    async def do_create1000(self) -> None:
        await self.create(1_000)

    async def do_create10000(self) -> None:
        await self.create(10_000)

    async def create(self, amount: int) -> None:
        self.rows = new_rows(amount)
        self.chosen = None
        await self.tell("rows", rows=self.rows, clear=True)

    async def do_append1000(self) -> None:
        rows = new_rows(1_000)
        self.rows += rows
        await self.tell("rows", rows=rows, clear=False)

    async def do_update(self) -> None:
        labels = []
        for index in range(0, len(self.rows), 10):
            number, label, colour, mark = self.rows[index]
            self.rows[index] = (number, label + " !!!", colour, mark)
            labels.append((index, label + " !!!"))
        await self.tell("update", labels=labels)

    async def do_swap(self) -> None:
        self.rows[1], self.rows[998] = self.rows[998], self.rows[1]
        await self.tell("swap", a=1, b=998)

    async def do_select(self) -> None:
        old, self.chosen = self.chosen, 5 if self.chosen != 5 else 6
        await self.tell("select", old=old, chosen=self.chosen)

    async def do_remove(self) -> None:
        del self.rows[500]
        await self.tell("remove", index=500)

    async def do_clear(self) -> None:
        self.rows = []
        self.chosen = None
        await self.tell("clear")

    async def do_count(self) -> None:
        self.counted += 1
        await self.tell("count", count=str(self.counted))

    async def do_flood(self) -> None:
        for number in range(FLOOD):
            await self.tell("flood", text=str(number))
            await asyncio.sleep(0)


def answer(_: ServerConnection, request: Request) -> Response | None:
    """The page itself, by HTTP."""
    if request.path == "/socket":
        return None
    body = PAGE.encode()
    headers = Headers({"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(HTTPStatus.OK, "OK", headers, body)


async def main(port: int) -> None:
    """Serve until stopped."""
    async with serve(lambda socket: Page(socket).run(), "localhost", port, process_request=answer, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
