"""Many who follow boards: `viewers.py HOST PORT COUNT TILE PATH…`. Prints `ready` when each has had its first event, waits for a
line, and prints when each got a later event in which the first tile has this id: a list for each viewer, in seconds of the epoch.
Viewer n follows path n modulo. An event has the tiles that changed in the order of the board."""

import asyncio
import json
import sys
import time


async def follow(host: str, port: int, path: str, tile: bytes, first: asyncio.Event, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 24)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n\r\n".encode())
    await writer.drain()
    try:
        while line := await reader.readline():
            if not line.startswith(b'data: {"tiles":['):
                continue
            if not first.is_set():
                first.set()
            elif line.startswith(tile):
                times.append(time.time())
    finally:
        writer.close()


async def main() -> None:
    host, port, count, tile, *paths = sys.argv[1:]
    begins = f'data: {{"tiles":[{{"id":"{tile}"'.encode()
    events, times = [], []
    tasks = []
    for number in range(int(count)):
        events.append(asyncio.Event())
        times.append([])
        tasks.append(asyncio.create_task(follow(host, int(port), paths[number % len(paths)], begins, events[-1], times[-1])))
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in events)), 60)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    print(json.dumps(times))


if __name__ == "__main__":
    asyncio.run(main())
