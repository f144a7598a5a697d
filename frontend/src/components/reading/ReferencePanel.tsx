import { CloseButton, Group, Stack, Text, Title } from "@mantine/core";
import type { Assignment } from "../../api/reading-types";
import { CLASS_STYLES } from "../../geometry/classes";
import { HER2_CATEGORIES } from "../../geometry/her2";
import classes from "./reading.module.css";

const STAIN_WORDS: Record<string, string> = {
  negative: "No brown in the nucleus: blue alone.",
  weak: "A faint brown; the blue shows through.",
  moderate: "A clear brown; the chromatin can still be made out.",
  strong: "A dark brown; the chromatin is hidden.",
};

/** The categories of the scheme in words and pictures, beside the tissue: the form and its keys go on working. */
export function ReferencePanel({ assignment, onClose }: { assignment: Assignment; onClose: () => void }) {
  const { scheme_definition: scheme, marker } = assignment;
  return (
    <aside className={classes.reference} aria-label="Reference">
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Title order={2} size="h3">
          {marker} · {scheme.name}
        </Title>
        <CloseButton aria-label="Close the reference" onClick={onClose} />
      </Group>
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
              <img src={`${import.meta.env.BASE_URL}reference/her2-${category[0]}.jpg`} alt={`Synthetic membranes, HER2 ${category}`} width={336} height={112} className={classes.example} loading="lazy" />
            </div>
          ))}
        {scheme.key === "her2-ihc" && (
          <Text size="xs" c="dimmed">
            The pictures are synthetic: fields of one staining run, each of its category by the rule above.
          </Text>
        )}
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
    </aside>
  );
}

function StainReference() {
  const examples = CLASS_STYLES.filter(({ key }) => key in STAIN_WORDS).map(({ key, label, colour, letter }) => (
    <div key={key}>
      <Heading colour={colour} letter={letter}>
        {label}
      </Heading>
      <Text size="sm">{STAIN_WORDS[key]}</Text>
      <img src={`${import.meta.env.BASE_URL}reference/${key}.jpg`} alt={`Synthetic nuclei, ${label}`} width={336} height={112} className={classes.example} loading="lazy" />
    </div>
  ));
  return (
    <>
      {examples}
      <Text size="xs" c="dimmed">
        The pictures are synthetic: the same nuclei, painted with the DAB of each class. Brown nuclei of the duct at the edge are not tumour.
      </Text>
    </>
  );
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
