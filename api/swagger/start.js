// Addresses are relative to the page's own: behind a proxy the API may lie in a folder.
const api = await (await fetch("openapi.json")).json();
const more =
  "The same as a document: [openapi.json](openapi.json). Keys are made by" +
  " `python -m flask --app api keys add NAME --role ROLE`.";

document.title = api.info.title;
SwaggerUIBundle({
  dom_id: "#api",
  spec: {
    ...api,
    info: { ...api.info, description: `${api.info.description}\n\n${more}` },
    servers: [{ url: new URL(".", location.href).href.replace(/\/$/, "") }],
  },
  deepLinking: true,
  filter: true,
  // Asks nobody else whether the document is valid.
  validatorUrl: null,
});
