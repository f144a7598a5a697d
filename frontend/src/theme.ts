import { createTheme, type MantineColorsTuple, rem } from "@mantine/core";

// Neither brown nor blue: those belong to the tissue. Teal for emphasis, greys without a tint around it.
const teal: MantineColorsTuple = [
  "#f0fdfa", "#ccfbf1", "#99f6e4", "#5eead4", "#2dd4bf", "#14b8a6", "#0d9488", "#0f766e", "#115e59", "#134e4a",
];
const gray: MantineColorsTuple = [
  "#fafafa", "#f4f4f5", "#e9e9eb", "#dcdcdf", "#c4c4c8", "#a3a3a8", "#75757b", "#56565c", "#37373b", "#1f1f22",
];
const dark: MantineColorsTuple = [
  "#d6d6d8", "#bcbcbf", "#9d9da1", "#75757a", "#48484c", "#38383c", "#2a2a2d", "#1e1e21", "#171719", "#0f0f11",
];
const amber: MantineColorsTuple = [
  "#fffbeb", "#fef3c7", "#fde68a", "#fcd34d", "#fbbf24", "#f59e0b", "#d97706", "#b45309", "#92400e", "#78350f",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 7 },
  colors: { teal, gray, dark, amber },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: rem(24), lineHeight: "1.25" },
      h2: { fontSize: rem(18), lineHeight: "1.3" },
      h3: { fontSize: rem(15), lineHeight: "1.35" },
    },
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { verticalSpacing: "xs", horizontalSpacing: "sm" } },
    Badge: { defaultProps: { radius: "sm", tt: "none", fw: 550 } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.55 }, closeButtonProps: { "aria-label": "Close" } } },
    Paper: { defaultProps: { radius: "md" } },
    Skeleton: { defaultProps: { radius: "md" } },
  },
});
