import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { formError } from "./form-errors";

/** What is wrong with a form as a whole; what is wrong with a field is said at the field. */
export function FormProblem({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  const text = formError(error, fields);
  if (!text) return null;
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />} p="sm">
      {text}
    </Alert>
  );
}
