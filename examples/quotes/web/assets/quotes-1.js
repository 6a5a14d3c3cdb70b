const form = document.querySelector("form");
const products = await (await fetch("/api/products")).json();
form.elements.name.append(...products.map(({ name }) => new Option(name)));
form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, count } = Object.fromEntries(new FormData(form));
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/quotes", { method: "POST", headers, body: JSON.stringify({ name, count: Number(count) }) });
    const output = form.querySelector("output");
    output.value = answer.ok ? `${(await answer.json()).total / 100} €` : await answer.text();
});
