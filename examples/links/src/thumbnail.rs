//! Makes a small image of each that is uploaded.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use sparta::{Error, LambdaEvent, construct::ObjectEvent};

use crate::{aws, images};

/// Pixels of a thumbnail's longer side.
const SIDE: u32 = 200;

pub(crate) async fn thumbnail(event: LambdaEvent<ObjectEvent>) -> Result<String, Error> {
    let (s3, bucket) = (aws::s3().await, images().name()?);
    let key = event.payload.key.as_str();
    let upload = s3.get_object().bucket(&bucket).key(key).send().await?;
    let small = shrink(&upload.body.collect().await?.into_bytes())?;
    let name = key.rsplit('/').next().unwrap_or(key);
    let thumb = format!("thumbs/{name}");
    s3.put_object().bucket(&bucket).key(&thumb).content_type("image/jpeg").body(small.into()).send().await?;
    Ok(thumb)
}

fn shrink(image: &[u8]) -> Result<Vec<u8>, Error> {
    let image = ImageReader::new(Cursor::new(image)).with_guessed_format()?.decode()?;
    let mut small = Vec::new();
    image.thumbnail(SIDE, SIDE).to_rgb8().write_to(&mut Cursor::new(&mut small), ImageFormat::Jpeg)?;
    Ok(small)
}

#[cfg(test)]
mod tests {
    use image::{GenericImageView, RgbImage};

    use super::*;

    #[test]
    fn a_thumbnail_keeps_the_sides_in_proportion() {
        let mut upload = Vec::new();
        RgbImage::new(800, 400).write_to(&mut Cursor::new(&mut upload), ImageFormat::Jpeg).unwrap();
        let small = image::load_from_memory(&shrink(&upload).unwrap()).unwrap();
        assert_eq!(small.dimensions(), (200, 100));
    }

    #[test]
    fn what_is_no_image_is_an_error() {
        assert!(shrink(b"no image").is_err());
    }
}
