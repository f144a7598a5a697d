import { ActionIcon, Button, Group, NumberInput, Select, Stack, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { DraftFields } from "./draft-fields";
import { FieldRow } from "./FieldRow";
import { SCHEMES_OF, schemesWithTolerance, TOLERANCE_OF, withUsualMarkers } from "./protocol-draft";

export function MarkerFields({ draft, set, wrong }: DraftFields) {
  const markers = Object.keys(draft.schemes);
  const others = Object.keys(SCHEMES_OF).filter((marker) => !markers.includes(marker));
  const choose = (marker: string, scheme: string): void => set({ schemes: { ...draft.schemes, [marker]: scheme } });
  const remove = (marker: string): void => set({ schemes: Object.fromEntries(Object.entries(draft.schemes).filter(([name]) => name !== marker)) });
  return (
    <>
      <FieldRow label="Markers and schemes" does="Slides of these markers are read, each by its scheme; slides of other markers are not assigned.">
        <Stack gap={8}>
          {markers.map((marker) => (
            <Group key={marker} gap="xs" wrap="nowrap">
              <Text size="sm" w={56} fw={550} style={{ flex: "none" }}>
                {marker}
              </Text>
              <Select
                aria-label={`Scheme of ${marker}`}
                style={{ flex: 1 }}
                allowDeselect={false}
                data={(SCHEMES_OF[marker] ?? Object.values(SCHEMES_OF).flat()).map(({ key, label }) => ({ value: key, label }))}
                value={draft.schemes[marker] ?? null}
                onChange={(scheme) => scheme && choose(marker, scheme)}
              />
              <Tooltip label={`Do not read ${marker}`}>
                <ActionIcon variant="subtle" color="gray" aria-label={`Do not read ${marker}`} onClick={() => remove(marker)}>
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            </Group>
          ))}
          {wrong("marker_schemes") && (
            <Text size="xs" c="red" role="alert">
              {wrong("marker_schemes")}
            </Text>
          )}
          {others.length > 0 && (
            <Group gap="xs">
              {others.map((marker) => (
                <Button key={marker} size="compact-sm" variant="default" onClick={() => choose(marker, SCHEMES_OF[marker]?.[0]?.key ?? "")}>
                  Add {marker}
                </Button>
              ))}
              {others.length > 1 && (
                <Button size="compact-sm" variant="subtle" onClick={() => set(withUsualMarkers(draft))}>
                  Add all
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </FieldRow>
      <FieldRow label="Tolerances" does="Readings further apart go to an adjudicator; nearer ones are averaged. A category that differs is always discordant.">
        <Stack gap={8}>
          {schemesWithTolerance(draft).map((scheme) => {
            const { label, unit, largest, usual } = TOLERANCE_OF[scheme] ?? { label: scheme, unit: "", largest: 300, usual: 0 };
            return (
              <Group key={scheme} gap="xs" wrap="nowrap" align="flex-start">
                <Text size="sm" w={72} mt={7} style={{ flex: "none" }}>
                  {label}
                </Text>
                <NumberInput
                  aria-label={`Tolerance of ${label}`}
                  w={110}
                  min={0}
                  max={largest}
                  clampBehavior="none"
                  decimalScale={2}
                  value={draft.tolerances[scheme] ?? usual}
                  onChange={(value) => set({ tolerances: { ...draft.tolerances, [scheme]: value } })}
                  error={wrong(`tolerances.${scheme}`)}
                />
                <Text size="sm" c="dimmed" mt={7}>
                  {unit}
                </Text>
              </Group>
            );
          })}
          {schemesWithTolerance(draft).length === 0 && (
            <Text size="sm" c="dimmed">
              No scheme with a number is in use.
            </Text>
          )}
          {wrong("tolerances") && (
            <Text size="xs" c="red" role="alert">
              {wrong("tolerances")}
            </Text>
          )}
        </Stack>
      </FieldRow>
    </>
  );
}
