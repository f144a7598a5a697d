import { ActionIcon, Menu, Tooltip, UnstyledButton, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { IconKeyboard, IconLogout, IconMoon, IconSearch, IconSun, IconUser, IconUsers } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { signOut } from "../../api/auth";
import { useReads } from "../../api/queries/studies";
import type { Me } from "../../api/types";
import { APP_COMMANDS } from "../../commands/app";
import { draftCopies } from "../../state/draft-copy";
import { isTissuePage } from "../../state/places";
import { preferences } from "../../state/preferences";
import { CommandProvider, useCommands } from "../commands/CommandProvider";
import { KeyboardHelp } from "../commands/KeyboardHelp";
import { Palette } from "../commands/Palette";
import { ErrorBoundary } from "../common/ErrorBoundary";
import { LiveBanner } from "../live/LiveBanner";
import { Tour } from "../tour/Tour";
import { Brand } from "./Brand";
import { MainNav } from "./MainNav";
import classes from "./shell.module.css";
import { SlotContext } from "./slots";

export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  return (
    <CommandProvider>
      <Frame me={me}>{children}</Frame>
    </CommandProvider>
  );
}

/** Light ↔ dark. In the viewer, which is dark by default, choosing light means "follow the theme from now on". */
function useThemeToggle(): { dark: boolean; toggle: () => void } {
  const computed = useComputedColorScheme("dark");
  const { setColorScheme } = useMantineColorScheme();
  const inViewer = isTissuePage(useLocation().pathname);
  const { viewerTheme } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const dark = (inViewer && viewerTheme === "dark") || computed === "dark";
  const toggle = useCallback(() => {
    if (inViewer) preferences.set({ viewerTheme: dark ? "follow" : "dark" });
    setColorScheme(dark ? "light" : "dark");
  }, [dark, inViewer, setColorScheme]);
  return { dark, toggle };
}

function Frame({ me, children }: { me: Me; children: ReactNode }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const client = useQueryClient();
  const [help, setHelp] = useState(false);
  const [header, setHeader] = useState<HTMLElement | null>(null);
  const [trail, setTrail] = useState<HTMLElement | null>(null);
  const { dark, toggle } = useThemeToggle();
  const reads = useReads() === true;
  // What somebody else left on this computer is not for this person.
  useEffect(() => draftCopies.wipeOthers(me.id), [me.id]);
  const leave = useCallback(() => {
    draftCopies.wipe();
    void signOut().finally(() => {
      client.clear();
      void navigate("/sign-in", { replace: true });
    });
  }, [client, navigate]);
  useCommands(APP_COMMANDS, {
    go: (path) => void navigate(path),
    openPalette: () => spotlight.open(),
    openHelp: () => setHelp(true),
    toggleTheme: toggle,
    showTour: () => preferences.set({ tourSeen: false }),
    signOut: leave,
    isSystemAdministrator: me.is_system_administrator,
    reads,
    path: pathname,
  });
  const slots = useMemo(() => ({ header, trail }), [header, trail]);
  return (
    <SlotContext value={slots}>
      <a href="#main" className="duo-skip">
        Skip to the content
      </a>
      <div className={classes.shell}>
        <header className={classes.header}>
          <Link to="/" className={classes.brand} aria-label="Duoscope, first page">
            <Brand />
          </Link>
          <MainNav reads={reads} />
          <div ref={setTrail} className={classes.trailSlot} />
          <div ref={setHeader} className={classes.controls} />
          <div className={classes.tools}>
            <Tooltip label="Find a command · Ctrl K">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Find a command" onClick={() => spotlight.open()}>
                <IconSearch size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="All keys · ?">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Show all keys" onClick={() => setHelp(true)}>
                <IconKeyboard size={19} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={`${dark ? "Light" : "Dark"} theme · Alt T`}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={dark ? "Switch to the light theme" : "Switch to the dark theme"}
                onClick={toggle}
              >
                {dark ? <IconSun size={18} /> : <IconMoon size={18} />}
              </ActionIcon>
            </Tooltip>
            <PersonMenu me={me} onSignOut={leave} />
          </div>
        </header>
        <LiveBanner />
        <main id="main" tabIndex={-1} className={classes.main}>
          <ErrorBoundary resetKey={pathname}>{children}</ErrorBoundary>
        </main>
      </div>
      <KeyboardHelp opened={help} onClose={() => setHelp(false)} />
      <Palette />
      <Tour />
    </SlotContext>
  );
}

function PersonMenu({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  const name = me.display_name || me.username;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton px={8} h={34} aria-label={`${name}: account menu`} style={{ borderRadius: 6 }}>
          <Text size="sm" fw={550} truncate="end" maw={150}>
            {name}
          </Text>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {me.username}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          Account
        </Menu.Item>
        {me.is_system_administrator && (
          <Menu.Item component={Link} to="/people" leftSection={<IconUsers size={16} aria-hidden />}>
            People
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={onSignOut} leftSection={<IconLogout size={16} aria-hidden />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
