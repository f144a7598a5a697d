import { Button, Group, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/auth";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { Section } from "./Section";

export function PasswordSection() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      notifications.show({ message: "Your password was changed.", color: "teal" });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title="Password" about="At least 12 characters; a few unrelated words are easy to remember.">
      <form onSubmit={submit}>
        <Group align="flex-start">
          <PasswordInput label="Current password" autoComplete="current-password" w={250} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} error={fieldError(change.error, "current_password")} />
          <PasswordInput label="New password" autoComplete="new-password" w={250} value={next} onChange={(event) => setNext(event.currentTarget.value)} error={fieldError(change.error, "new_password") ?? (next !== "" && next.length < 12 ? `${12 - next.length} more characters` : undefined)} />
          <Button type="submit" mt={25} loading={change.isPending} disabled={current === "" || next.length < 12}>
            Change
          </Button>
        </Group>
        <FormProblem error={change.error} fields={["current_password", "new_password"]} />
      </form>
    </Section>
  );
}
