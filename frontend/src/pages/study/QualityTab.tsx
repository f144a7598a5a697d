import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Study } from "../../api/types";
import { ChooseForQa } from "../../components/study/ChooseForQa";
import { QaList } from "../../components/study/QaList";
import { QualificationList } from "../../components/study/QualificationList";

export function QualityTab({ study }: { study: Study }) {
  return (
    <Stack gap="xl">
      <Section title="QA second reads" about="Specimens with one reading that get a blinded second one. A discordance is minor (beyond tolerance) or major (another category).">
        <QaList study={study} />
      </Section>
      {!study.closed_at && (
        <Section title="Choose for QA" about="Beside those drawn by lot. Only specimens with a single reading can be chosen.">
          <ChooseForQa study={study} />
        </Section>
      )}
      <Section title="Qualification set" about="Read before the first reading where the protocol asks for it.">
        <QualificationList study={study} />
      </Section>
    </Stack>
  );
}

function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {about}
      </Text>
      {children}
    </section>
  );
}
