//! What Factur-X asks of a PDF besides PDF/A-3 and the attached file: its XMP metadata names the file and the profile, and
//! describes the schema of these names (Factur-X 1.0, chapter 6).
//!
//! Typst writes no metadata of others, so they are put into what it wrote: a plain stream at the end of the file, followed
//! by the catalog and a plain table of offsets.

use anyhow::{Context, ensure};

/// The attached file.
pub(crate) const FILE: &str = "factur-x.xml";

const BAG_END: &str = "</rdf:Bag></pdfaExtension:schemas>";
const RDF_END: &str = "</rdf:RDF>";

/// What the names below mean, one of the schemas that PDF/A wants described.
const SCHEMA: &str = concat!(
    "<rdf:li rdf:parseType=\"Resource\">",
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>",
    "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>",
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
    "<pdfaSchema:property><rdf:Seq>",
    "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>DocumentFileName</pdfaProperty:name>",
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>",
    "<pdfaProperty:description>name of the embedded XML invoice file</pdfaProperty:description></rdf:li>",
    "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>DocumentType</pdfaProperty:name>",
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>",
    "<pdfaProperty:description>INVOICE</pdfaProperty:description></rdf:li>",
    "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>Version</pdfaProperty:name>",
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>",
    "<pdfaProperty:description>The actual version of the Factur-X XML schema</pdfaProperty:description></rdf:li>",
    "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>ConformanceLevel</pdfaProperty:name>",
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>",
    "<pdfaProperty:description>The conformance level of the embedded Factur-X data</pdfaProperty:description></rdf:li>",
    "</rdf:Seq></pdfaSchema:property></rdf:li>",
);

const PROPERTIES: &str = concat!(
    "<rdf:Description rdf:about=\"\" xmlns:fx=\"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\">",
    "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
    "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>",
);

/// A PDF/A-3 with `factur-x.xml` in it becomes a Factur-X invoice. Fails on a file that is laid out otherwise than Typst's.
pub(crate) fn describe(pdf: &[u8]) -> anyhow::Result<Vec<u8>> {
    let start = last(pdf, b"<?xpacket begin=").context("no XMP metadata")?;
    let packet_end = b"<?xpacket end=\"r\"?>";
    let end = start + first(&pdf[start..], packet_end).context("XMP without an end")? + packet_end.len();
    let packet = std::str::from_utf8(&pdf[start..end]).context("XMP that is no UTF-8")?;
    ensure!(packet.matches(BAG_END).count() == 1 && packet.matches(RDF_END).count() == 1, "other XMP");
    let described = packet
        .replace(BAG_END, &format!("{SCHEMA}{BAG_END}"))
        .replace(RDF_END, &format!("{PROPERTIES}{RDF_END}"));

    let (head, length) = split_length(&pdf[..start], packet.len())?;
    let mut written = Vec::with_capacity(pdf.len() + described.len());
    written.extend_from_slice(head);
    written.extend_from_slice(described.len().to_string().as_bytes());
    written.extend_from_slice(length);
    written.extend_from_slice(described.as_bytes());
    let moved = written.len() - end;
    let rest = &pdf[end..];
    let table = last(rest, b"\nxref\n").context("no table of offsets")? + 1;
    written.extend_from_slice(&rest[..table]);
    write_table(&mut written, &rest[table..], start, moved)?;
    Ok(written)
}

/// What stands before and after the length of the stream whose content follows.
fn split_length(head: &[u8], length: usize) -> anyhow::Result<(&[u8], &[u8])> {
    let key = b"/Length ";
    let at = last(head, key).context("a stream without a length")? + key.len();
    let digits = length.to_string();
    ensure!(head[at..].starts_with(digits.as_bytes()), "another stream than the metadata's");
    Ok((&head[..at], &head[at + digits.len()..]))
}

/// The table again, with the offsets behind `from` moved. `table` begins with `xref` and goes to the end of the file.
fn write_table(written: &mut Vec<u8>, table: &[u8], from: usize, moved: usize) -> anyhow::Result<()> {
    let begin = written.len();
    let (entries, trailer) = table.split_at(first(table, b"trailer").context("no trailer")?);
    for line in std::str::from_utf8(entries).context("a table that is no text")?.split_inclusive('\n') {
        let offset = line.get(..10).filter(|_| line.len() == 20 && line.contains(" n"));
        match offset.map(str::parse::<usize>).transpose()? {
            Some(offset) if offset > from => {
                written.extend_from_slice(format!("{:010}", offset + moved).as_bytes());
                written.extend_from_slice(&line.as_bytes()[10..]);
            }
            _ => written.extend_from_slice(line.as_bytes()),
        }
    }
    let key = b"startxref\n";
    let at = last(trailer, key).context("no offset of the table")? + key.len();
    written.extend_from_slice(&trailer[..at]);
    written.extend_from_slice(begin.to_string().as_bytes());
    written.extend_from_slice(b"\n%%EOF");
    Ok(())
}

fn first(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}
