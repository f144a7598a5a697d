import { Button, Group, SegmentedControl, Skeleton, Stack, Switch, TextInput, useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState, useSyncExternalStore } from "react";
import { useMe, useRename } from "../../api/queries/me";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";
import { preferences } from "../../state/preferences";
import { MfaSection } from "./MfaSection";
import { PasswordSection } from "./PasswordSection";
import { Section } from "./Section";
import { TokensSection } from "./TokensSection";


export function AccountPage() {
  return (
    <PageBody title="Account" width={820}>
      <Trail crumbs={[{ label: "Account" }]} />
      <Stack gap="md">
        <NameSection />
        <ThemeSection />
        <PasswordSection />
        <MfaSection />
        <TokensSection />
      </Stack>
    </PageBody>
  );
}

function NameSection() {
  const me = useMe();
  const rename = useRename();
  const [name, setName] = useState<string | null>(null);
  const shown = name ?? me.data?.display_name ?? "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rename.mutate(shown.trim(), {
      onSuccess: () => {
        setName(null);
        notifications.show({ message: "Your name was saved.", color: "teal" });
      },
    });
  };
  return (
    <Section title="You">
      {me.data ? (
        <form onSubmit={submit}>
          <Group align="flex-start">
            <TextInput label="User name" value={me.data.username} readOnly w={220} />
            <TextInput label="Display name" value={shown} maxLength={120} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(rename.error, "display_name")} w={280} />
            <Button type="submit" mt={25} loading={rename.isPending} disabled={shown.trim() === me.data.display_name}>
              Save
            </Button>
          </Group>
          <FormProblem error={rename.error} fields={["display_name"]} />
        </form>
      ) : (
        <Skeleton h={60} />
      )}
    </Section>
  );
}

function ThemeSection() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { viewerTheme } = useSyncExternalStore(preferences.subscribe, preferences.get);
  return (
    <Section title="Appearance">
      <Group gap="xl">
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
          data={[
            { value: "auto", label: "As the computer" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
        <Switch
          label="The viewer is always dark"
          checked={viewerTheme === "dark"}
          onChange={(event) => preferences.set({ viewerTheme: event.currentTarget.checked ? "dark" : "follow" })}
        />
      </Group>
    </Section>
  );
}
