"""Pull images for the kubelet: by digest, from the registry on loopback."""

import time

from sandbox.containers import ImageError, Images
from sandbox.containers.images import HasImages, UnpackedImage
from sandbox.kubernetes.runtime.cri import api_pb2 as cri
from sandbox.kubernetes.runtime.server import Refusal
from sandbox.kubernetes.runtime.state import image_user


class ImageService:
    """The part of the runtime interface that has to do with images."""

    def __init__(self, layout: HasImages) -> None:
        self._images = Images.of(layout)

    def list_images(self, request: cri.ListImagesRequest) -> cri.ListImagesResponse:
        """None: an image that the kubelet knew of it would also collect as garbage."""
        return cri.ListImagesResponse()

    def image_status(self, request: cri.ImageStatusRequest) -> cri.ImageStatusResponse:
        """Whether the image need not be pulled."""
        try:
            found = self._images.unpacked(request.image.image)
        except ImageError:
            return cri.ImageStatusResponse()
        if found is None:
            return cri.ImageStatusResponse()
        return cri.ImageStatusResponse(image=describe(found, request.image))

    def pull_image(self, request: cri.PullImageRequest) -> cri.PullImageResponse:
        """Unpack it, or say why not: the kubelet shows that as ImagePullBackOff."""
        try:
            self._images.unpack(request.image.image)
        except ImageError as error:
            raise Refusal("NOT_FOUND", error.message) from error
        return cri.PullImageResponse(image_ref=request.image.image)

    def remove_image(self, request: cri.RemoveImageRequest) -> cri.RemoveImageResponse:
        """Keep it: environments share unpacked images."""
        return cri.RemoveImageResponse()

    def image_fs_info(self, request: cri.ImageFsInfoRequest) -> cri.ImageFsInfoResponse:
        """A file system that never fills: a laptop's disk is not ours to watch."""
        usage = cri.FilesystemUsage(
            timestamp=time.time_ns(),
            fs_id=cri.FilesystemIdentifier(mountpoint=str(self._images.folder)),
            used_bytes=cri.UInt64Value(value=1),
            inodes_used=cri.UInt64Value(value=1),
        )
        return cri.ImageFsInfoResponse(image_filesystems=[usage], container_filesystems=[usage])


def describe(image: UnpackedImage, asked: cri.ImageSpec) -> cri.Image:
    """The image as the kubelet wants it; the user decides on `runAsNonRoot`."""
    return cri.Image(
        id=asked.image,
        repo_digests=[asked.image],
        size=image.size,
        spec=asked,
        uid=cri.Int64Value(value=image_user(image)),
    )
