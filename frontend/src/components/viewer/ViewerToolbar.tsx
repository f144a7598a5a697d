import { ActionIcon, Button, Divider, Group, Kbd, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconArrowsMaximize,
  IconCamera,
  IconFlipVertical,
  IconFocusCentered,
  IconHelp,
  IconMap2,
  IconMinus,
  IconPlus,
  IconRotateClockwise,
  IconRuler2,
} from "@tabler/icons-react";
import { useMemo, type ReactNode } from "react";
import { keyCaps } from "../../commands/shortcuts";
import { activeMagnification, MAGNIFICATIONS } from "../../geometry/magnification";
import { STAIN_MODES, type StainMode } from "../../geometry/view-query";
import { AdjustPopover } from "./AdjustPopover";
import { useSession } from "./use-session";
import { useDisplay, useView } from "./use-viewer";
import { viewerCommands, type ViewerCommand, type ViewerCommandId } from "./viewer-commands";
import { STAIN_LABELS, type ViewerSession } from "./viewer-session";
import classes from "./viewer.module.css";

export interface ViewerToolbarProps {
  readonly session: ViewerSession;
  /** Shows all keys; without it there is no help button. */
  readonly onHelp?: () => void;
  /** File name of a saved picture. */
  readonly name?: string;
}

/** Magnifications, turning, stains, adjustments and tools of one viewer. Every button is also a command. */
export function ViewerToolbar({ session, onHelp, name = "slide" }: ViewerToolbarProps) {
  const { viewer } = session;
  const commands = useMemo(
    () => new Map(viewerCommands(session, name).map((command) => [command.id, command])),
    [session, name],
  );
  const state = useSession(session);
  const display = useDisplay(viewer);
  const button = (id: ViewerCommandId, icon: ReactNode, pressed?: boolean): ReactNode => {
    const command = commands.get(id);
    return command === undefined ? null : <CommandButton command={command} icon={icon} pressed={pressed} />;
  };
  return (
    <Group className={classes.toolbar} gap={6} role="toolbar" aria-label="Slide tools">
      <Magnifications session={session} commands={commands} />
      <Group gap={2} wrap="nowrap">
        {button("viewer.zoom-out", <IconMinus size={18} />)}
        {button("viewer.zoom-in", <IconPlus size={18} />)}
        {button("viewer.fit", <IconFocusCentered size={18} />)}
      </Group>
      <Divider orientation="vertical" className={classes.divider} />
      <Group gap={2} wrap="nowrap">
        {button("viewer.rotate", <IconRotateClockwise size={18} />)}
        {button("viewer.flip", <IconFlipVertical size={18} />)}
      </Group>
      <Divider orientation="vertical" className={classes.divider} />
      <Group gap={4} wrap="nowrap">
        <Stains
          stain={display.stain}
          unavailable={viewer.capabilities.stainSeparationUnavailable}
          onChange={(stain) => viewer.setDisplay({ stain })}
        />
        <AdjustPopover viewer={viewer} onReset={() => session.resetAdjustments()} />
      </Group>
      <Divider orientation="vertical" className={classes.divider} />
      <Group gap={2} wrap="nowrap">
        {button("viewer.ruler", <IconRuler2 size={18} />, state.tool === session.ruler)}
        {button("viewer.overview", <IconMap2 size={18} />, state.overviewShown)}
        {button("viewer.screenshot", <IconCamera size={18} />)}
        {button("viewer.full-screen", <IconArrowsMaximize size={18} />)}
        {onHelp !== undefined && (
          <Hint label="All keys" keys={["?"]}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label="All keys" onClick={onHelp}>
              <IconHelp size={18} />
            </ActionIcon>
          </Hint>
        )}
      </Group>
    </Group>
  );
}

function Magnifications({
  session,
  commands,
}: {
  readonly session: ViewerSession;
  readonly commands: ReadonlyMap<ViewerCommandId, ViewerCommand>;
}) {
  const { viewer } = session;
  const view = useView(viewer);
  const active = activeMagnification(view.resolution, viewer.presentation?.um_per_px ?? null);
  return (
    <Button.Group aria-label="Magnification">
      {MAGNIFICATIONS.map((step) => {
        const command = commands.get(`viewer.magnification.${step}`);
        if (command === undefined) return null;
        const reason = command.disabled();
        return (
          <Hint key={step} label={reason ?? command.label} keys={reason === null ? command.keys : []}>
            <Button
              size="xs"
              px={9}
              h={34}
              variant={active === step ? "filled" : "default"}
              aria-pressed={active === step}
              aria-label={`Magnification ${step} times`}
              data-disabled={reason !== null || undefined}
              aria-disabled={reason !== null}
              onClick={() => {
                if (reason === null) command.run();
              }}
              className={classes.magnification}
            >
              {step}
            </Button>
          </Hint>
        );
      })}
    </Button.Group>
  );
}

function Stains({
  stain,
  unavailable,
  onChange,
}: {
  readonly stain: StainMode;
  readonly unavailable: string | null;
  readonly onChange: (stain: StainMode) => void;
}) {
  return (
    <Hint label={unavailable ?? "Separate the stains"} keys={unavailable === null ? ["O"] : []}>
      <SegmentedControl
        size="xs"
        aria-label="Stain shown"
        value={stain}
        disabled={unavailable !== null}
        onChange={(value) => {
          const chosen = STAIN_MODES.find((mode) => mode === value);
          if (chosen !== undefined) onChange(chosen);
        }}
        data={STAIN_MODES.map((mode) => ({
          value: mode,
          label: <span title={STAIN_LABELS[mode].long}>{STAIN_LABELS[mode].short}</span>,
        }))}
      />
    </Hint>
  );
}

function CommandButton({
  command,
  icon,
  pressed,
}: {
  readonly command: ViewerCommand;
  readonly icon: ReactNode;
  readonly pressed?: boolean | undefined;
}) {
  const reason = command.disabled();
  return (
    <Hint label={reason ?? command.label} keys={reason === null ? command.keys : []}>
      <ActionIcon
        variant={pressed === true ? "light" : "subtle"}
        color={pressed === true ? "teal" : "gray"}
        size="lg"
        aria-label={command.label}
        data-command={command.id}
        aria-disabled={reason !== null}
        data-disabled={reason !== null || undefined}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
        onClick={() => {
          if (command.disabled() === null) command.run();
        }}
      >
        {icon}
      </ActionIcon>
    </Hint>
  );
}

export function Hint({
  label,
  keys,
  children,
}: {
  readonly label: string;
  readonly keys: readonly string[];
  readonly children: ReactNode;
}) {
  const first = keys[0];
  return (
    <Tooltip
      multiline
      maw={320}
      position="bottom"
      label={
        <Group gap={6} wrap="nowrap">
          <span>{label}</span>
          {first !== undefined && (
            <Group gap={2} wrap="nowrap">
              {keyCaps(first).map((cap) => (
                <Kbd key={cap} size="xs">
                  {cap}
                </Kbd>
              ))}
            </Group>
          )}
        </Group>
      }
    >
      {children}
    </Tooltip>
  );
}
