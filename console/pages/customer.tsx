import type { JSX } from "preact";
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { Customer } from "../../schemas/customer.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton } from "../parts/dialog.tsx";
import { useSubmit } from "../parts/field.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TomlField } from "../parts/toml-field.tsx";
import { say } from "../parts/toast.tsx";

/** One customer and its variables. */
export function CustomerPage(): JSX.Element {
  const { params } = useRoute();
  const id = params["customer"] ?? "";
  const customer = useLoaded((signal) => get(`/customers/${part(id)}`, Customer, signal), [id]);
  return (
    <Page title={`Customer ${id}`} lead="These variables stand in the data of all its calls">
      <Shown of={customer}>{(value) => <CustomerForm key={value.id} customer={value} />}</Shown>
    </Page>
  );
}

function CustomerForm({ customer }: { customer: Customer }): JSX.Element {
  const { route } = useLocation();
  const path = `/customers/${part(customer.id)}`;
  const [vars, setVars] = useState(customer.vars);
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    await send({ method: "PUT", path, body: { vars } }, Customer);
    say(`The variables of ${customer.id} are saved`);
  });
  return (
    <form class="form" onSubmit={onSubmit}>
      <TomlField
        label="Variables"
        hint="TOML. Those of an assignment win over these"
        path="customer.vars.toml"
        value={customer.vars}
        onValue={setVars}
        problem={problem}
      />
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          Save
        </button>
        <a class="button" href="/customers">
          Back
        </a>
        <DeleteButton
          title={`Delete ${customer.id}?`}
          path={path}
          onDeleted={() => {
            say(`${customer.id} is deleted`);
            route("/customers");
          }}
        >
          Its variables are lost; its assignments stay.
        </DeleteButton>
      </div>
    </form>
  );
}
