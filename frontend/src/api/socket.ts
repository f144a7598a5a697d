/**
 * Live updates. The server sends ids only ("run X changed"); whoever listens refetches over REST, where permissions live.
 * One socket for the page, reopened with growing, jittered pauses; rooms are joined again after each reconnection.
 */

export type LiveState = "connecting" | "open" | "down";
export interface LiveMessage {
  changed?: string;
  id?: string;
  joined?: string;
  refused?: string;
}

export interface LiveOptions {
  url?: string;
  /** Made here so that tests need no server. */
  make?: (url: string) => WebSocket;
  random?: () => number;
  firstPauseMs?: number;
  longestPauseMs?: number;
}

export function liveUrl(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws/live`;
}

export class LiveSocket {
  #socket: WebSocket | null = null;
  #rooms = new Map<string, number>();
  #messageListeners = new Set<(message: LiveMessage) => void>();
  #stateListeners = new Set<() => void>();
  #state: LiveState = "connecting";
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;
  #wasOpen = false;
  readonly #options: Required<LiveOptions>;

  constructor(options: LiveOptions = {}) {
    this.#options = {
      url: options.url ?? liveUrl(),
      make: options.make ?? ((url) => new WebSocket(url)),
      random: options.random ?? Math.random,
      firstPauseMs: options.firstPauseMs ?? 500,
      longestPauseMs: options.longestPauseMs ?? 20_000,
    };
  }

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    this.#wasOpen = false;
    this.#failures = 0;
    this.#setState("connecting");
  }

  /** Joins a room until the returned function is called; counts, so that two parts of a page may share one. */
  join(room: string): () => void {
    const holders = this.#rooms.get(room) ?? 0;
    this.#rooms.set(room, holders + 1);
    if (holders === 0) this.#send({ join: room });
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const remaining = (this.#rooms.get(room) ?? 1) - 1;
      if (remaining > 0) this.#rooms.set(room, remaining);
      else {
        this.#rooms.delete(room);
        this.#send({ leave: room });
      }
    };
  }

  /** Messages, and `{changed: "everything"}` after a gap in which some may have been missed. */
  listen(listener: (message: LiveMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  #send(message: Record<string, string>): void {
    // 1 is WebSocket.OPEN; what cannot be sent now is sent on opening.
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #setState(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }

  #tell(message: LiveMessage): void {
    for (const listener of this.#messageListeners) listener(message);
  }

  #open(): void {
    const socket = this.#options.make(this.#options.url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#failures = 0;
      this.#setState("open");
      for (const room of this.#rooms.keys()) this.#send({ join: room });
      if (this.#wasOpen) this.#tell({ changed: "everything" });
      this.#wasOpen = true;
    });
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      if (this.#socket !== socket) return;
      let message: unknown;
      try {
        message = JSON.parse(event.data);
      } catch {
        return; // Not ours: a proxy's text must not break the page.
      }
      if (typeof message === "object" && message !== null) this.#tell(message as LiveMessage);
    });
    socket.addEventListener("close", () => {
      if (this.#socket !== socket || this.#stopped) return;
      this.#socket = null;
      this.#failures += 1;
      this.#setState("down");
      const longest = Math.min(this.#options.longestPauseMs, this.#options.firstPauseMs * 2 ** (this.#failures - 1));
      // Between half and all of it, so that a restarted server is not met by everybody at once.
      this.#timer = setTimeout(() => this.#open(), longest * (0.5 + 0.5 * this.#options.random()));
    });
  }
}
