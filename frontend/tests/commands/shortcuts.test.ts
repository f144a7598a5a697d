import { describe, expect, it, vi } from "vitest";
import { APP_COMMANDS, type AppContext } from "../../src/commands/app";
import { CommandRegistry } from "../../src/commands/registry";
import { commandFor, isTyping, keyCaps, type KeyLike, matches, parseKeys } from "../../src/commands/shortcuts";
import { bind } from "../../src/commands/types";

const press = (key: string, more: Partial<KeyLike> = {}): KeyLike => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

function context(change: Partial<AppContext> = {}): AppContext {
  return {
    go: vi.fn(),
    openPalette: vi.fn(),
    openHelp: vi.fn(),
    toggleTheme: vi.fn(),
    showTour: vi.fn(),
    signOut: vi.fn(),
    isSystemAdministrator: false,
    reads: true,
    path: "/",
    ...change,
  };
}

describe("keys of an event", () => {
  it.each([
    ["?", press("?", { shiftKey: true }), true],
    ["Mod+K", press("k", { ctrlKey: true }), true],
    ["Mod+K", press("k", { metaKey: true }), true],
    ["Mod+K", press("k"), false],
    ["R", press("r"), true],
    ["R", press("R", { shiftKey: true }), false],
    ["Shift+R", press("R", { shiftKey: true }), true],
    ["R", press("r", { ctrlKey: true }), false],
    ["Alt+1", press("1", { altKey: true }), true],
    ["Alt+1", press("¡", { altKey: true, code: "Digit1" }), true],
    ["Alt+1", press("1"), false],
    ["Space", press(" "), true],
    ["Shift+Space", press(" "), false],
    ["+", press("+", { shiftKey: true }), true],
    ["-", press("-"), true],
    ["ArrowLeft", press("ArrowLeft"), true],
  ])("%s and the event %j: %s", (keys, event, expected) => {
    expect(matches(keys, event)).toBe(expected);
  });

  it("reads plus as a key of its own", () => {
    expect(parseKeys("+")).toEqual({ key: "+", mod: false, alt: false, shift: false });
    expect(parseKeys("Mod++")).toEqual({ key: "+", mod: true, alt: false, shift: false });
  });

  it("shows keys as caps, by the machine's habit", () => {
    expect(keyCaps("Mod+Shift+K", false)).toEqual(["Ctrl", "Shift", "K"]);
    expect(keyCaps("Mod+K", true)).toEqual(["⌘", "K"]);
    expect(keyCaps("ArrowLeft", false)).toEqual(["←"]);
  });
});

describe("typing", () => {
  it.each([
    ["<input>", true],
    ["<input type='search'>", true],
    ["<input type='checkbox'>", false],
    ["<textarea></textarea>", true],
    ["<select></select>", true],
    ["<button></button>", false],
    ["<div role='listbox'></div>", true],
    ["<div contenteditable='true'></div>", true],
    ["<div></div>", false],
  ])("%s: %s", (html, expected) => {
    document.body.innerHTML = html;
    expect(isTyping(document.body.firstElementChild)).toBe(expected);
  });

  it("composing a character is no command", () => {
    const commands = bind(APP_COMMANDS, () => context());
    expect(commandFor(commands, press("?", { isComposing: true }))).toBeNull();
    expect(commandFor(commands, press("?"))?.id).toBe("app.help");
  });
});

describe("the table", () => {
  it("has unique ids, and no keys twice", () => {
    const ids = APP_COMMANDS.map((command) => command.id);
    const keys = APP_COMMANDS.flatMap((command) => command.keys);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("runs with the context of the moment", () => {
    let now = context({ path: "/studies" });
    const [studies] = bind(APP_COMMANDS.filter((command) => command.id === "app.studies"), () => now);
    expect(studies?.disabled()).toBe("You are there.");
    now = context({ path: "/account" });
    expect(studies?.disabled()).toBeNull();
    studies?.run();
    expect(now.go).toHaveBeenCalledWith("/studies");
  });

  it("says why people are out of reach for others", () => {
    const [people] = bind(APP_COMMANDS.filter((command) => command.id === "app.people"), () => context());
    expect(people?.disabled()).toMatch(/system administrators/);
  });
});

describe("the registry", () => {
  it("lets the part shown last win a key, and gives it back", () => {
    const registry = new CommandRegistry();
    const make = (id: string) =>
      bind([{ id, label: id, group: "g", keys: ["F"], disabled: () => null, run: () => {} }], () => null);
    registry.add(make("page"));
    const leave = registry.add(make("viewer"));
    expect(commandFor(registry.all(), press("f"))?.id).toBe("viewer");
    leave();
    expect(commandFor(registry.all(), press("f"))?.id).toBe("page");
  });

  it("tells its listeners", () => {
    const registry = new CommandRegistry();
    const listener = vi.fn();
    registry.subscribe(listener);
    registry.add([])();
    expect(listener).toHaveBeenCalledTimes(2);
  });
});
