import { Button, Drawer, Stack, Table, Text, Title } from "@mantine/core";
import { IconId } from "@tabler/icons-react";
import { useState } from "react";
import type { ModelCard } from "../../api/types";
import { presetsOf } from "./methods";
import { figureText, flatFigures } from "./result-words";
import { WeightsDigest } from "./WeightsDigest";
import classes from "./runs.module.css";

/** Opens the model card: what the method is, what its weights were trained on, how well it does, and its limits. */
export function ModelCardButton({ card }: { card: ModelCard }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconId size={15} aria-hidden />} onClick={() => setOpened(true)} style={{ alignSelf: "flex-start" }}>
        Model card, version {card.version}
      </Button>
      <Drawer opened={opened} onClose={() => setOpened(false)} position="right" size={460} title="Model card" closeButtonProps={{ "aria-label": "Close the model card" }}>
        <Card card={card} />
      </Drawer>
    </>
  );
}

function Card({ card }: { card: ModelCard }) {
  const limits = Array.isArray(card.limits) ? card.limits : card.limits ? [card.limits] : [];
  const figures = flatFigures(card.metrics ?? {});
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {card.name}
        </Title>
        <Text size="sm" c="dimmed">
          {card.key}, version {card.version}
        </Text>
      </div>
      {card.summary && <Text size="sm">{card.summary}</Text>}
      <Text size="sm" fw={600}>
        {card.weights_sha256 ? "Trained on synthetic tissue. " : ""}
        {card.research_use ?? "Research use only. Not for diagnosis."}
      </Text>
      <Part title="What it is for">
        <Facts
          rows={[
            ["Markers", card.markers.join(", ")],
            ["Scale", card.min_um_per_px != null && card.max_um_per_px != null ? `${card.min_um_per_px}–${card.max_um_per_px} µm/px` : ""],
            ["Presets", presetsOf(card).join(", ")],
          ]}
        />
      </Part>
      <Part title="Data and weights">
        {card.data && <Text size="sm">{card.data}</Text>}
        {card.weights_sha256 ? (
          <WeightsDigest sha256={card.weights_sha256} />
        ) : (
          <Text size="sm" c="dimmed">
            No weights: a rule-based method.
          </Text>
        )}
      </Part>
      {figures.length > 0 && (
        <Part title="Figures on held-out synthetic tissue">
          <Table withRowBorders verticalSpacing={4}>
            <Table.Tbody>
              {figures.map(([name, value]) => (
                <Table.Tr key={name}>
                  <Table.Th fw={400}>{name}</Table.Th>
                  <Table.Td ta="right" className="duo-number">
                    {figureText(value)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Part>
      )}
      {limits.length > 0 && (
        <Part title="Limits">
          <ul className={classes.limits}>
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </Part>
      )}
      {card.paper && (
        <Part title="Paper">
          <Text size="sm" c="dimmed">
            {card.paper}
          </Text>
        </Part>
      )}
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <dl className={classes.provenance}>
      {rows
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
