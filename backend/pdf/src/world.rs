//! Where Typst finds things: our templates, two fonts, the logo and the QR code. Nothing else exists.

use std::sync::LazyLock;

use anyhow::Context;
use serde_json::{Value as Json, json};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::data::{DocumentData, Kind, Logo, LogoType, Party};
use crate::facturx::FILE;
use crate::{epc, format};

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let files: [&'static [u8]; 2] =
        [include_bytes!("../fonts/NotoSans-Regular.ttf"), include_bytes!("../fonts/NotoSans-Bold.ttf")];
    files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect()
});
static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

static TEMPLATES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    [
        ("/layout.typ", include_str!("../templates/layout.typ")),
        ("/labels.typ", include_str!("../templates/labels.typ")),
        ("/proforma.typ", include_str!("../templates/proforma.typ")),
        ("/invoice.typ", include_str!("../templates/invoice.typ")),
        ("/credit_note.typ", include_str!("../templates/credit_note.typ")),
        ("/statement.typ", include_str!("../templates/statement.typ")),
    ]
    .into_iter()
    .map(|(path, text)| Source::new(file_id(path), text.to_owned()))
    .collect()
});

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths of our own templates are well formed");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// All that one rendering can reach.
pub(crate) struct Sandbox {
    library: LazyHash<Library>,
    main: FileId,
    /// A template that is not one of ours as it stands: one that staff wrote, which may import ours, or one that attaches a file.
    written: Option<Source>,
    files: Vec<(FileId, Bytes)>,
}

impl Sandbox {
    /// As `new`, with a template that staff wrote instead of ours.
    pub(crate) fn own(kind: Kind, data: &DocumentData, source: &str) -> anyhow::Result<Self> {
        let mut sandbox = Self::new(kind, data)?;
        sandbox.main = file_id("/template.typ");
        sandbox.written = Some(Source::new(sandbox.main, source.to_owned()));
        Ok(sandbox)
    }

    pub(crate) fn new(kind: Kind, data: &DocumentData) -> anyhow::Result<Self> {
        let code = data.payment_qr.as_deref().and_then(epc::qr_svg);
        let view = view(data, code.is_some())?;
        let mut sandbox = Self::showing(kind.as_str(), view, data.logo.as_ref())?;
        if let Some(svg) = code {
            sandbox.files.push((file_id("/payment-qr.svg"), Bytes::from_string(svg)));
        }
        Ok(sandbox)
    }

    /// With one of our templates, what it shows, and the logo as `view.logo`.
    pub(crate) fn showing(template: &str, mut view: Json, logo: Option<&Logo>) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        view["logo"] = Json::Null;
        if let Some(logo) = logo {
            let path = match logo.media_type {
                LogoType::Png => "/logo.png",
                LogoType::Svg => "/logo.svg",
            };
            files.push((file_id(path), Bytes::new(logo.bytes.clone())));
            view["logo"] = path.into();
        }
        let value: Value = serde_json::from_value(view).context("handing the document to the template")?;
        let mut inputs = Dict::new();
        inputs.insert("data".into(), value);
        Ok(Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            main: file_id(&format!("/{template}.typ")),
            written: None,
            files,
        })
    }

    /// With the electronic invoice of the document attached.
    pub(crate) fn attaching(mut self, xml: &str) -> anyhow::Result<Self> {
        let template = self.source(self.main).context("the template is one of ours, or written")?;
        let text = format!(
            "{}\n#pdf.attach(\"/{FILE}\", relationship: \"alternative\", mime-type: \"text/xml\", \
             description: \"Factur-X\")\n",
            template.text()
        );
        self.main = file_id("/attaching.typ");
        self.written = Some(Source::new(self.main, text));
        self.files.push((file_id(&format!("/{FILE}")), Bytes::from_string(xml.to_owned())));
        Ok(self)
    }
}

impl World for Sandbox {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let mut known = self.written.iter().chain(TEMPLATES.iter());
        known.find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None // a document knows its own dates
    }
}

/// What the templates see: everything already written the way it is read.
fn view(data: &DocumentData, has_code: bool) -> anyhow::Result<Json> {
    let language = format::local(&data.language);
    let number = |plain: &str| format::number(language, plain);
    let short = |plain: &str| format::short_number(language, plain);
    let is_zero = |plain: &str| plain.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'));
    let exempt = data.lines.iter().filter(|line| line.exempt).count();
    let classes_differ = !data.taxes.is_empty() && exempt > 0 && exempt < data.lines.len();
    let mut lines = Vec::with_capacity(data.lines.len());
    for line in &data.lines {
        let tax_class = if line.exempt { "exempt" } else { "standard" };
        lines.push(json!({
            "description": line.description,
            "quantity": short(&line.quantity)?,
            "unit": line.unit,
            "unit_price": number(&line.unit_price)?,
            "discount": if is_zero(&line.discount) { String::new() } else { number(&line.discount)? },
            "amount": number(&line.amount)?,
            "tax_class": if classes_differ { tax_class } else { "" },
        }));
    }
    let mut taxes = Vec::with_capacity(data.taxes.len());
    for tax in &data.taxes {
        taxes.push(json!({
            "name": tax.name,
            "rate": short(&tax.rate)?,
            "base": number(&tax.base)?,
            "amount": number(&tax.amount)?,
        }));
    }
    let related = data.related.as_ref().map(|related| {
        json!({
            "kind": related.kind.as_str(),
            "number": related.number,
            "issued_on": format::date(language, related.issued_on),
        })
    });
    Ok(json!({
        "language": language,
        "paper": data.paper,
        "number": data.number,
        "issued_on": format::date(language, data.issued_on),
        "due_on": data.due_on.map(|on| format::date(language, on)),
        "paid_on": data.paid_on.map(|on| format::date(language, on)),
        "currency": data.currency,
        "seller": party(&data.seller),
        "buyer": party(&data.buyer),
        "bank": data.bank,
        "lines": lines,
        "has_discount": data.lines.iter().any(|line| !is_zero(&line.discount)),
        "has_unit": data.lines.iter().any(|line| !line.unit.is_empty()),
        "taxes": taxes,
        "net": number(&data.net)?,
        "tax": number(&data.tax)?,
        "total": number(&data.total)?,
        "paid": data.paid.as_deref().map(number).transpose()?,
        "due": number(&data.due)?,
        "related": related,
        "notes": data.notes,
        "pay_to": data.pay_to,
        "has_code": has_code,
        "footer": data.footer,
    }))
}

pub(crate) fn party(party: &Party) -> Json {
    json!({
        "name": party.name,
        "address": party.address.iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        "tax_ids": party.tax_ids,
        "contacts": party.contacts.iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
    })
}

/// Whether a logo can be printed: looks at how much it asks for, then prints it alone, in the same sandbox.
pub fn check_logo(logo: &Logo) -> anyhow::Result<()> {
    crate::logo::check_bounds(logo)?;
    let path = match logo.media_type {
        LogoType::Png => "/logo.png",
        LogoType::Svg => "/logo.svg",
    };
    struct Alone {
        inner: Sandbox,
        source: Source,
    }
    impl World for Alone {
        fn library(&self) -> &LazyHash<Library> {
            self.inner.library()
        }
        fn book(&self) -> &LazyHash<FontBook> {
            self.inner.book()
        }
        fn main(&self) -> FileId {
            self.source.id()
        }
        fn source(&self, id: FileId) -> FileResult<Source> {
            if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
        }
        fn file(&self, id: FileId) -> FileResult<Bytes> {
            self.inner.file(id)
        }
        fn font(&self, index: usize) -> Option<Font> {
            self.inner.font(index)
        }
        fn today(&self, offset: Option<Duration>) -> Option<Datetime> {
            self.inner.today(offset)
        }
    }
    let main = file_id("/logo-alone.typ");
    let inner = Sandbox {
        library: LazyHash::new(Library::builder().build()),
        main,
        written: None,
        files: vec![(file_id(path), Bytes::new(logo.bytes.clone()))],
    };
    let world = Alone { inner, source: Source::new(main, format!("#image(\"{path}\", width: 4cm)")) };
    let page = typst::compile::<typst_layout::PagedDocument>(&world).output;
    page.and_then(|page| typst_pdf::pdf(&page, &typst_pdf::PdfOptions::default()))
        .map_err(|errors| crate::first("drawing the logo", &errors))
        .map(drop)
}
