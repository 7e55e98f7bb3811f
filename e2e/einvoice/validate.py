"""Validates electronic invoices against the published schemas and rules, with programs that are not ours.

    validate.py FILE…    *.cii.xml, *.ubl.xml, *.fa3.xml, *.pdf (Factur-X)

Prints a JSON object: for each file what is wrong with it, nothing when it holds. Of a PDF also the invoice inside, as `xml`.
"""

import json
import logging
import sys
from io import BytesIO
from pathlib import Path

import facturx
from lxml import etree
from pypdf import PdfReader
from saxonche import PySaxonProcessor

PACKAGE = Path(facturx.__file__).parent / "xsd_and_schematron"
SCHEMAS = {
    "cii": PACKAGE / "facturx-en16931" / "Factur-X_EN16931.xsd",
    "ubl-invoice": PACKAGE / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd",
    "ubl-creditnote": PACKAGE / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd",
    "fa3": Path(__file__).parent / "schemas" / "schemat_FA(3)_v1-0E.xsd",
}
# Schematron, compiled to XSLT by its publishers.
RULES = {
    "cii": PACKAGE / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "ubl": PACKAGE / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
# A report about which fewer rules spoke has read something else than an invoice.
FIRED_MIN = 20

processor = PySaxonProcessor(license=False)
compiler = processor.new_xslt30_processor()
loaded = {}


def once(kind, path, load):
    if (kind, path) not in loaded:
        loaded[kind, path] = load(str(path))
    return loaded[kind, path]


def faults_of_schema(name, tree):
    schema = once("schema", SCHEMAS[name], lambda path: etree.XMLSchema(etree.parse(path)))
    if schema.validate(tree):
        return []
    return [f"{name}, line {fault.line}: {fault.message}" for fault in schema.error_log]


def faults_of_rules(name, text):
    rules = once("rules", RULES[name], lambda path: compiler.compile_stylesheet(stylesheet_file=path))
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
    report = etree.fromstring(report.encode())
    fired = len(report.findall(".//svrl:fired-rule", SVRL))
    faults = [] if fired >= FIRED_MIN else [f"{name}: only {fired} rules spoke"]
    for said in report.iterfind(".//svrl:failed-assert", SVRL):
        faults.append(f"{said.get('id')}: {' '.join(''.join(said.itertext()).split())}")
    return faults


def faults_of_xml(format, content):
    tree = etree.fromstring(content).getroottree()
    schema = f"ubl-{etree.QName(tree.getroot()).localname.lower()}" if format == "ubl" else format
    faults = faults_of_schema(schema, tree)
    return faults + (faults_of_rules(format, content.decode()) if format in RULES else [])


def look(path):
    content = path.read_bytes()
    if path.suffix != ".pdf":
        return {"faults": faults_of_xml(path.suffixes[-2][1:], content)}
    name, inside = facturx.get_facturx_xml_from_pdf(content, check_xsd=True, check_schematron=False)
    if not inside:
        return {"faults": ["no invoice is attached"]}
    faults = [] if name == "factur-x.xml" else [f"it is attached as {name}"]
    return {"faults": faults + faults_of_xml("cii", inside) + faults_of_metadata(content), "xml": inside.decode()}


def faults_of_metadata(content):
    """What PDF/A-3 and Factur-X want to read in the XMP metadata and of the attachment."""
    root = PdfReader(BytesIO(content), strict=True).trailer["/Root"]
    xmp = etree.fromstring(root["/Metadata"].get_data())
    pdfa, fx = "http://www.aiim.org/pdfa/ns/id/", "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
    wanted = {
        f"{{{pdfa}}}part": "3",
        f"{{{pdfa}}}conformance": "B",
        f"{{{fx}}}DocumentType": "INVOICE",
        f"{{{fx}}}DocumentFileName": "factur-x.xml",
        f"{{{fx}}}Version": "1.0",
        f"{{{fx}}}ConformanceLevel": "EN 16931",
    }
    faults = []
    for name, value in wanted.items():
        found = [element.text for element in xmp.iter(name)]
        if found != [value]:
            faults.append(f"XMP {name}: {found} instead of {value}")
    described = [element.text for element in xmp.iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")]
    if fx not in described:
        faults.append("XMP does not describe the schema of Factur-X")
    relations = [file.get_object().get("/AFRelationship") for file in root.get("/AF", [])]
    if relations != ["/Alternative"]:
        faults.append(f"associated files: {relations}")
    if "/OutputIntents" not in root:
        faults.append("no output intent")
    return faults


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    found = {}
    for name in sys.argv[1:]:
        try:
            found[name] = look(Path(name))
        except Exception as error:  # a file that cannot be read at all is at fault, too
            found[name] = {"faults": [f"{type(error).__name__}: {error}"]}
    json.dump(found, sys.stdout)
