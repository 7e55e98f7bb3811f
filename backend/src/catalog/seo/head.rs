//! The head of a page of the shop, written into the shell that browsers and search engines are given.

use shared::Language;
use shared::catalog::{Images, PublicSeo, SeoTexts, slug_in};

use crate::catalog::public::store;
use crate::catalog::{seo, text};
use crate::db::Conn;
use crate::http::error::Result;

/// Where the shell has its title, and a page its own head.
const PLACE: &str = "<title>Hostwright</title>";

/// What stands in the head of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the page is told by; `None`: there is no such page.
    seo: Option<PublicSeo>,
    /// Its one right address: the path.
    path: String,
    image: Option<String>,
}

/// The path of a product's page: below the first group that shows it.
pub(super) fn product_path(
    group: Option<(&SeoTexts, &str)>,
    (texts, key): (&SeoTexts, &str),
    language: Language,
) -> String {
    let slug = slug_in(texts, language, key);
    match group {
        Some((texts, key)) => format!("/shop/{}/{slug}", slug_in(texts, language, key)),
        None => format!("/shop/{slug}"),
    }
}

impl Head {
    /// The head of the page at a path below `/shop/`. `None`: the path is not one of a page of its own.
    pub async fn of(conn: &mut Conn, path: &str, reads: Language) -> Result<Option<Self>> {
        let Some(rest) = path.strip_prefix("/shop/") else { return Ok(None) };
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        let found = match parts[..] {
            [] => return Ok(None),
            [one] => match Self::of_group(conn, one, reads).await? {
                Some(head) => Some(head),
                None => Self::of_product(conn, one, reads).await?,
            },
            [_group, product] => Self::of_product(conn, product, reads).await?,
            _ => None,
        };
        Ok(Some(found.unwrap_or_else(|| Self { seo: None, path: path.to_owned(), image: None })))
    }

    async fn of_group(conn: &mut Conn, address: &str, reads: Language) -> Result<Option<Self>> {
        let Some((group, language)) = store::group_at(conn, address, reads).await? else { return Ok(None) };
        let texts = seo::store::of(conn, seo::store::Owner::Group(group.id)).await?;
        let named = text::text(&text::read(group.texts)?, language, &group.key);
        let seo = PublicSeo::of(&texts, language, &group.key, &named);
        let path = format!("/shop/{}", seo.slug);
        Ok(Some(Self { seo: Some(seo), path, image: group.background_image.or(group.icon_image) }))
    }

    async fn of_product(conn: &mut Conn, address: &str, reads: Language) -> Result<Option<Self>> {
        let Some((product, language)) = store::product_at(conn, address, reads).await? else {
            return Ok(None);
        };
        let groups = store::groups(conn).await?;
        let members = store::members(conn).await?;
        let group = groups.iter().find(|group| members.contains(&(group.id, product.id)));
        let ids: Vec<_> = group.map(|group| group.id.0).into_iter().chain([product.id.0]).collect();
        let texts = seo::store::of_all(conn, &ids).await?;
        let none = SeoTexts::new();
        let own = texts.get(&product.id.0).unwrap_or(&none);
        let of_group = group.map(|group| (texts.get(&group.id.0).unwrap_or(&none), group.key.as_str()));
        let named = text::text(&text::read(product.texts.clone())?, language, &product.key);
        let mut seo = PublicSeo::of(own, language, &product.key, &named);
        // Who has the link of a hidden one may see it; search engines give links to everybody.
        seo.indexable &= product.visible;
        let path = product_path(of_group, (own, &product.key), language);
        let Images { icon, background } = product.images();
        Ok(Some(Self { seo: Some(seo), path, image: background.or(icon) }))
    }

    /// The shell with this head in place of its own. `base` is where the portal stands: `https://panel.example.com`.
    pub fn written_into(&self, shell: &str, base: &str) -> String {
        shell.replacen(PLACE, &self.html(base), 1)
    }

    fn html(&self, base: &str) -> String {
        let Some(seo) = &self.seo else {
            return format!("{PLACE}<meta name=\"robots\" content=\"noindex\" data-head>");
        };
        let address = escape(&format!("{base}{}", self.path));
        let (title, description) = (escape(&seo.title), escape(&seo.description));
        let mut html = format!(
            "<title>{title}</title>\
             <link rel=\"canonical\" href=\"{address}\" data-head>\
             <meta property=\"og:type\" content=\"website\" data-head>\
             <meta property=\"og:url\" content=\"{address}\" data-head>\
             <meta property=\"og:title\" content=\"{title}\" data-head>"
        );
        let mut add = |meta: String| html.push_str(&format!("<meta {meta} data-head>"));
        if !description.is_empty() {
            add(format!("name=\"description\" content=\"{description}\""));
            add(format!("property=\"og:description\" content=\"{description}\""));
        }
        if let Some(hash) = &self.image {
            add(format!("property=\"og:image\" content=\"{}/api/v1/public/images/{hash}\"", escape(base)));
        }
        if !seo.indexable {
            add("name=\"robots\" content=\"noindex\"".to_owned());
        }
        html
    }
}

/// A text as it stands in an element or between the quotes of an attribute; in XML as well.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(title: &str, indexable: bool) -> Head {
        let seo = PublicSeo {
            slug: "vps".to_owned(),
            title: title.to_owned(),
            description: "Fast \"servers\" & more".to_owned(),
            indexable,
        };
        Head { seo: Some(seo), path: "/shop/vps".to_owned(), image: None }
    }

    #[test]
    fn what_staff_write_stays_text_in_the_head() {
        let shell = format!("<head>{PLACE}<link></head>");
        let page =
            head("</title><script>alert(1)</script>", true).written_into(&shell, "https://panel.example");
        assert!(page.starts_with("<head><title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>"));
        assert!(page.ends_with("<link></head>"));
        assert!(page.contains("content=\"Fast &quot;servers&quot; &amp; more\""));
        assert!(page.contains("<link rel=\"canonical\" href=\"https://panel.example/shop/vps\" data-head>"));
        assert!(!page.contains("<script>") && !page.contains("noindex"));
    }

    #[test]
    fn what_is_not_to_be_listed_says_so() {
        let page = head("VPS", false).written_into(PLACE, "https://panel.example");
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\" data-head>"));
        let nothing = Head { seo: None, path: "/shop/x".to_owned(), image: None };
        let page = nothing.written_into(PLACE, "https://panel.example");
        assert_eq!(page, format!("{PLACE}<meta name=\"robots\" content=\"noindex\" data-head>"));
    }

    #[test]
    fn a_shell_without_the_place_is_left_as_it_is() {
        assert_eq!(head("VPS", true).written_into("<head></head>", "https://panel.example"), "<head></head>");
    }

    #[test]
    fn the_shell_of_the_client_portal_has_the_place() {
        assert_eq!(include_str!("../../../../frontend/index.html").matches(PLACE).count(), 1);
    }
}
