import { Button } from "@mantine/core";
import { Link } from "react-router";
import { Empty } from "../components/common/Empty";
import { PageBody } from "../components/shell/PageBody";

export function NotFoundPage() {
  return (
    <PageBody title="There is nothing here">
      <Empty
        title="This address leads nowhere"
        action={
          <Button component={Link} to="/studies">
            Go to studies
          </Button>
        }
      >
        The address may be mistyped, or what it showed is no longer shown to you. Nothing was lost.
      </Empty>
    </PageBody>
  );
}
