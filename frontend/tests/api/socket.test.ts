import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refetchOnChange } from "../../src/api/query-client";
import { LiveSocket } from "../../src/api/socket";

/** What the page uses of a WebSocket, driven by the test. */
class FakeSocket extends EventTarget {
  readyState = 0;
  sent: unknown[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  drop(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
  say(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

let made: FakeSocket[];
let live: LiveSocket;
const last = (): FakeSocket => {
  const socket = made.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

beforeEach(() => {
  vi.useFakeTimers();
  made = [];
  live = new LiveSocket({
    url: "ws://test/ws/live",
    random: () => 1,
    make: () => {
      const socket = new FakeSocket();
      made.push(socket);
      return socket as unknown as WebSocket;
    },
  });
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe("rooms", () => {
  it("are joined on opening, shared, and left once nobody is in them", () => {
    live.start();
    const leave = live.join("study:1");
    expect(last().sent).toEqual([]);
    last().open();
    expect(last().sent).toEqual([{ join: "study:1" }]);
    const leaveToo = live.join("study:1");
    leave();
    leave();
    expect(last().sent).toHaveLength(1);
    leaveToo();
    expect(last().sent.at(-1)).toEqual({ leave: "study:1" });
  });
});

describe("a lost connection", () => {
  it("is reopened with growing pauses, and its rooms are joined again", () => {
    const heard = vi.fn();
    live.listen(heard);
    live.join("run:7");
    live.start();
    last().open();
    last().drop();
    expect(live.state).toBe("down");
    vi.advanceTimersByTime(499);
    expect(made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(made).toHaveLength(2);
    last().drop();
    vi.advanceTimersByTime(999);
    expect(made).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(made).toHaveLength(3);
    last().open();
    expect(live.state).toBe("open");
    expect(last().sent).toEqual([{ join: "run:7" }]);
    expect(heard).toHaveBeenCalledWith({ changed: "everything" });
  });

  it("never waits longer than the longest pause", () => {
    live.start();
    for (let i = 0; i < 12; i += 1) {
      last().drop();
      vi.advanceTimersByTime(20_000);
    }
    expect(made).toHaveLength(13);
  });

  it("is not reopened after the page stopped it", () => {
    live.start();
    last().open();
    live.stop();
    last().drop();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(1);
  });
});

describe("messages", () => {
  it("that are not JSON are ignored", () => {
    const heard = vi.fn();
    live.listen(heard);
    live.start();
    last().open();
    last().say("<html>");
    last().say('{"changed":"run","id":"7"}');
    expect(heard.mock.calls).toEqual([[{ changed: "run", id: "7" }]]);
  });

  it("make what they name stale, and nothing else", () => {
    const client = new QueryClient();
    for (const key of [["runs", {}], ["run", "7"], ["studies", {}], ["presentation", "1"]]) client.setQueryData(key, 1);
    const stop = refetchOnChange(live, client);
    const stale = (): unknown[] => client.getQueryCache().getAll().filter((query) => query.state.isInvalidated).map((query) => query.queryKey[0]);
    live.start();
    last().open();
    last().say('{"changed":"run","id":"7"}');
    expect(stale()).toEqual(["runs", "run"]);
    last().say('{"changed":"everything"}');
    expect(stale()).toEqual(["runs", "run", "studies"]);
    stop();
  });
});
