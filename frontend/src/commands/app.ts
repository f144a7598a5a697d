/** The commands of every page. The viewer and the runs panel add theirs while they are shown. */

import type { Command } from "./types";

export interface AppContext {
  go(path: string): void;
  openPalette(): void;
  openHelp(): void;
  toggleTheme(): void;
  showTour(): void;
  signOut(): void;
  isSystemAdministrator: boolean;
  /** Holds a reading role in some study. */
  reads: boolean;
  path: string;
}

const always = (): null => null;

export const APP_COMMANDS: readonly Command<AppContext>[] = [
  {
    id: "app.palette",
    label: "Find a command",
    group: "Everywhere",
    keys: ["Mod+K"],
    inPalette: false,
    whileTyping: "dialog",
    disabled: always,
    run: (context) => context.openPalette(),
  },
  {
    id: "app.help",
    label: "Show all keys",
    group: "Everywhere",
    keys: ["?"],
    disabled: always,
    run: (context) => context.openHelp(),
  },
  {
    id: "app.worklist",
    label: "Go to your worklist",
    group: "Everywhere",
    keys: ["Alt+W"],
    disabled: (context) =>
      context.path === "/worklist" ? "You are there." : context.reads ? null : "You hold no reading role in any study.",
    run: (context) => context.go("/worklist"),
  },
  {
    id: "app.studies",
    label: "Go to studies",
    group: "Everywhere",
    keys: ["Alt+S"],
    disabled: (context) => (context.path === "/studies" ? "You are there." : null),
    run: (context) => context.go("/studies"),
  },
  {
    id: "app.comparisons",
    label: "Go to comparisons",
    group: "Everywhere",
    keys: ["Alt+C"],
    disabled: (context) => (context.path === "/comparisons" ? "You are there." : null),
    run: (context) => context.go("/comparisons"),
  },
  {
    id: "app.models",
    label: "Go to models",
    group: "Everywhere",
    keys: ["Alt+M"],
    disabled: (context) => (context.path === "/models" ? "You are there." : null),
    run: (context) => context.go("/models"),
  },
  {
    id: "app.account",
    label: "Go to your account",
    group: "Everywhere",
    keys: ["Alt+A"],
    disabled: (context) => (context.path === "/account" ? "You are there." : null),
    run: (context) => context.go("/account"),
  },
  {
    id: "app.people",
    label: "Go to people",
    group: "Everywhere",
    keys: [],
    disabled: (context) => (context.isSystemAdministrator ? null : "Only system administrators manage people."),
    run: (context) => context.go("/people"),
  },
  {
    id: "app.theme",
    label: "Switch between light and dark",
    group: "Everywhere",
    keys: ["Alt+T"],
    disabled: always,
    run: (context) => context.toggleTheme(),
  },
  {
    id: "app.tour",
    label: "Show the tour again",
    group: "Everywhere",
    keys: [],
    disabled: always,
    run: (context) => context.showTour(),
  },
  {
    id: "app.sign-out",
    label: "Sign out",
    group: "Everywhere",
    keys: [],
    disabled: always,
    run: (context) => context.signOut(),
  },
];
