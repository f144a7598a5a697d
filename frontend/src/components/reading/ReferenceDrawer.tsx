import { Drawer, Stack, Text } from "@mantine/core";
import type { Assignment } from "../../api/reading-types";
import { CLASS_STYLES } from "../../geometry/classes";
import { HER2_CATEGORIES } from "../../geometry/her2";
import classes from "./reading.module.css";

const STAIN_WORDS: Record<string, string> = {
  negative: "No brown in the nucleus: blue alone.",
  weak: "A faint brown, seen for certain only from 20×; blue shows through.",
  moderate: "A clear brown, seen at 10×; the chromatin can still be made out.",
  strong: "A dark brown, seen at 4×; the chromatin is hidden.",
};

/** The categories of the scheme in words, with their colours and letters; beside the tissue, not over it. */
export function ReferenceDrawer({ assignment, opened, onClose }: { assignment: Assignment; opened: boolean; onClose: () => void }) {
  const { scheme_definition: scheme, marker } = assignment;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="left"
      size={380}
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      title={`Reference · ${marker} · ${scheme.name}`}
      closeButtonProps={{ "aria-label": "Close the reference" }}
    >
      <Stack gap="md">
        {scheme.key === "h-score" || scheme.key === "allred" ? <StainReference /> : null}
        {scheme.key === "her2-ihc" &&
          HER2_CATEGORIES.map(({ category, colour }) => (
            <div key={category}>
              <Heading colour={colour} letter={category}>
                {category}
              </Heading>
              {assignment.her2_sentences
                .filter((sentence) => sentence.category === category)
                .map((sentence) => (
                  <Text key={sentence.key} size="sm">
                    {sentence.text}.
                  </Text>
                ))}
            </div>
          ))}
        <div>
          <Text fw={600} mb={4}>
            Rules
          </Text>
          {scheme.key !== "her2-ihc" &&
            Object.entries(scheme.rules).map(([key, text]) => (
              <Text key={key} size="sm" mb={4}>
                {text}
              </Text>
            ))}
          <Text size="xs" c="dimmed">
            {scheme.source}. Version {scheme.version}.
          </Text>
        </div>
      </Stack>
    </Drawer>
  );
}

function StainReference() {
  return CLASS_STYLES.filter(({ key }) => key in STAIN_WORDS).map(({ key, label, colour, letter }) => (
    <div key={key}>
      <Heading colour={colour} letter={letter}>
        {label}
      </Heading>
      <Text size="sm">{STAIN_WORDS[key]}</Text>
      <img src={`${import.meta.env.BASE_URL}reference/${key}.jpg`} alt={`Synthetic nuclei, ${label}`} width={336} height={112} className={classes.example} loading="lazy" />
    </div>
  ));
}

function Heading({ colour, letter, children }: { colour: string; letter: string; children: string }) {
  return (
    <Text fw={600} mb={2} style={{ display: "flex", alignItems: "center", gap: 8 }}>
      <span className={classes.swatch} data-letter={letter} style={{ background: colour, minWidth: 18, width: "auto", padding: "0 3px" }} aria-hidden>
        {letter}
      </span>
      {children}
    </Text>
  );
}
